import type { Cluster } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { change, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { databaseOwner, missingPrivileges, privileges } from './privileges-query.ts';
import { execute, executeAlone, onceRunning } from '../postgres/psql.ts';
import { identifier } from '../postgres/sql.ts';

/** Keeps the application's database, owned by the admin role. */
export function ensureDatabase({ postgres }: Cluster, instance: Instance): Step {
  const { database, admin } = postgres;
  const [name, owner] = [identifier(database), identifier(admin.name)];
  return {
    title: `Create database ${database}`,

    async diff(host) {
      const found = await ownerOf(host, instance, database);
      if (found === null) return [change('database.create', `create database ${database}`, database)];
      return found === admin.name
        ? []
        : [change('database.owner', `give database ${database} to ${admin.name}`, database)];
    },

    async apply(host) {
      const exists = (await ownerOf(host, instance, database)) !== null;
      const statement = exists
        ? `alter database ${name} owner to ${owner}`
        : `create database ${name} owner ${owner}`;
      await host.run(executeAlone(instance, statement));
    },
  };
}

/** Keeps who may do what in the database, today and with what is created tomorrow. */
export function ensurePrivileges(cluster: Cluster, instance: Instance): Step {
  const wanted = privileges(cluster);
  const { database } = cluster.postgres;
  const socket = { ...instance, database };
  return {
    title: 'Grant the privileges',

    async diff(host) {
      const exists = (await ownerOf(host, instance, database)) !== null;
      const missing = exists ? await host.ask(missingPrivileges(socket, wanted)) : wanted;
      return missing.map(({ change: text, statement }) => change('privilege.grant', text, statement));
    },

    async apply(host) {
      const missing = await host.ask(missingPrivileges(socket, wanted));
      await host.run(
        execute(
          socket,
          missing.map(({ statement }) => statement),
        ),
      );
    },
  };
}

async function ownerOf(host: ReadableHost, instance: Instance, database: string): Promise<string | null> {
  return (await host.ask(onceRunning(instance, databaseOwner(instance, database), host.name))) ?? null;
}
