// Which roles a cluster has and what they may be: wanted against found, without asking anybody.

import { replicationLimit } from './replication-limits.ts';
import { change, type Change } from '../model/change.ts';
import type { Cluster, Role } from '../model/cluster.ts';
import { verifierMatches } from '../postgres/scram.ts';

/** What a role of .env.cluster must look like in PostgreSQL. */
export interface WantedRole extends Role {
  readonly replication: boolean;
  /** Sessions at once; -1 is no limit. */
  readonly connectionLimit: number;
  readonly memberOf: readonly string[];
  /** Settings of its sessions. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A role as pg_authid has it. */
export interface FoundRole {
  readonly name: string;
  readonly canLogin: boolean;
  /** SUPERUSER, CREATEROLE, CREATEDB or BYPASSRLS: none of dbctl's roles has any of them. */
  readonly isPowerful: boolean;
  readonly replication: boolean;
  readonly connectionLimit: number;
  readonly verifier: string;
  readonly memberOf: readonly string[];
  /** "name=value" */
  readonly settings: readonly string[];
}

/** Sessions kept free for the admin, monitoring and replicas, so that a leaking application cannot lock them out. */
const reservedSessions = 20;
const defaultMaxConnections = 100;

export function wantedRoles(cluster: Cluster): readonly WantedRole[] {
  const { postgres } = cluster;
  const { admin, writer, reader, replication, parameters } = postgres;
  const maxConnections = Number(parameters['max_connections'] ?? defaultMaxConnections);
  const plain = {
    replication: false,
    connectionLimit: Math.max(1, maxConnections - reservedSessions),
    memberOf: [],
    settings: {},
  };
  return [
    { ...plain, ...admin, memberOf: ['pg_monitor', writer.name] },
    { ...plain, ...writer },
    { ...plain, ...reader, settings: { default_transaction_read_only: 'on' } },
    {
      ...plain,
      ...replication,
      replication: true,
      connectionLimit: Number(parameters['max_wal_senders'] ?? replicationLimit(cluster)),
    },
  ];
}

/**
 * What is done about a password that is not the one of .env.cluster. "agreed": it is changed for the roles of which somebody
 * has said so, and refused for others.
 */
export type PasswordPolicy = 'change' | 'leave' | { readonly agreed: readonly string[] };

/** What differs, for who is to agree to its change. */
export const otherPasswordText = (roles: readonly string[]): string =>
  `These roles have another password than .env.cluster: ${roles.join(', ')}. Where it is changed to the file's, whoever logs in with the one of now is locked out.`;

/** What is different about a role, in words; none when it is as wanted. Never says a password. */
export function roleChanges(
  wanted: WantedRole,
  found: FoundRole | undefined,
  passwords: PasswordPolicy = 'change',
): readonly Change[] {
  if (!found) return [change('role.create', `create role ${wanted.name}`, wanted.name)];
  const changes: Change[] = [];
  if (passwords !== 'leave' && hasOtherPassword(wanted, found)) {
    changes.push(change('role.password', `change the password of role ${wanted.name}`, wanted.name));
  }
  if (hasOtherAttributes(wanted, found))
    changes.push(change('role.attributes', `correct the attributes of role ${wanted.name}`, wanted.name));
  const missing = wanted.memberOf.filter((role) => !found.memberOf.includes(role));
  return [
    ...changes,
    ...missing.map((role) =>
      change('role.member', `make ${wanted.name} a member of ${role}`, `${wanted.name}/${role}`),
    ),
  ];
}

export const hasOtherPassword = (wanted: Role, found: FoundRole): boolean =>
  !verifierMatches(wanted.password.reveal(), found.verifier);

const hasOtherAttributes = (wanted: WantedRole, found: FoundRole): boolean =>
  !found.canLogin ||
  found.isPowerful ||
  found.replication !== wanted.replication ||
  found.connectionLimit !== wanted.connectionLimit ||
  Object.entries(wanted.settings).some(([name, value]) => !found.settings.includes(`${name}=${value}`));
