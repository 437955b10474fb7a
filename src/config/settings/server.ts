import { databaseName, roleName } from '../readers/name.ts';
import { integer, password, port } from '../readers/reader.ts';
import { setting, type Row } from '../setting.ts';

const role = (doc: string, example: string) => setting(roleName, doc, { example });
const secret = (doc: string) => setting(password, doc, { isSecret: true });

export const serverSettings = {
  POSTGRES_VERSION: setting(integer(15, 18), 'Major version, 15 to 18.', { fallback: '17' }),
  POSTGRES_PORT: setting(port, 'Port of every node that names none.', {
    fallback: '5432',
    aliases: ['PORT_DATABASE'],
  }),
  POSTGRES_DB: setting(databaseName, "The application's database.", { example: 'shop' }),
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
} satisfies Readonly<Record<string, Row>>;
