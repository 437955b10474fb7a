import { databaseName, roleName } from '../readers/name.ts';
import { integer, password, port } from '../readers/reader.ts';
import type { Setting } from '../setting.ts';

const role = (doc: string, example: string) => ({ group: 'postgres', doc, example, read: roleName }) as const;
const secret = (doc: string) => ({ group: 'postgres', doc, read: password, isSecret: true }) as const;

export const serverSettings = {
  POSTGRES_VERSION: {
    group: 'postgres',
    doc: 'Major version, 15 to 18.',
    read: integer(15, 18),
    fallback: '17',
  },
  POSTGRES_PORT: {
    group: 'postgres',
    doc: 'Port of every node that names none.',
    read: port,
    fallback: '5432',
    aliases: ['PORT_DATABASE'],
  },
  POSTGRES_DB: {
    group: 'postgres',
    doc: "The application's database.",
    read: databaseName,
    example: 'shop',
  },
  POSTGRES_USER: role('Admin: owns the database and runs migrations. Not a superuser.', 'shop_admin'),
  POSTGRES_PASSWORD: {
    ...secret('Password of the admin.'),
    aliases: ['POSTGRES_SUPERUSER_PASSWORD'],
  },
  POSTGRES_APP_USER: role('Writer: reads and writes rows, changes no table.', 'shop_app'),
  POSTGRES_APP_PASSWORD: secret('Password of the writer.'),
  POSTGRES_READONLY_USER: role('Reader: reads every table, writes nothing.', 'shop_readonly'),
  POSTGRES_READONLY_PASSWORD: secret('Password of the reader.'),
  POSTGRES_REPLICATION_USER: role('Replication role: streams to the replicas, reads no table.', 'replicator'),
  POSTGRES_REPLICATION_PASSWORD: secret('Password of the replication role.'),
} as const satisfies Readonly<Record<string, Setting>>;
