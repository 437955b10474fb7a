import { expect, test } from 'vitest';
import { instanceOf } from '../../../src/model/instance.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { walDisk } from '../../../src/server/host-facts-query.ts';
import { startNeeds } from '../../../src/server/primary-values-facts.ts';
import { ensureSettings } from '../../../src/server/settings-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { answering, disk, when, whenTrial, yesOrNo } from '../../support/answering.ts';
import { run } from '../../support/shop.ts';

const cluster = clusterOf({ POSTGRES_CONF_work_mem: '64 MB', POSTGRES_CONF_application_name: `it's` });
const instance = instanceOf(cluster, cluster.primary);
const path = `${instance.configDirectory}/conf.d/dbctl.conf`;
const hostThatSays = (trial: string) =>
  fakeHost(
    {},
    answering(
      when(acceptsConnections(instance), yesOrNo(false)),
      whenTrial(trial),
      when(walDisk(instance), disk(400)),
      when(startNeeds(instance), ''),
    ),
  );

test('the include file says what the cluster needs, then what the user asks for', async () => {
  const { host, disk: files } = hostThatSays('port=5432\n');

  await run(ensureSettings(cluster, cluster.primary), host);

  expect(files.get(path)?.content).toMatchInlineSnapshot(`
    "# Written by dbctl for cluster shop; changes made here are lost. Edit POSTGRES_CONF_* in .env.cluster instead.

    cluster_name = 'shop/pg1'
    listen_addresses = 'localhost, 10.0.0.11'
    port = 5432
    unix_socket_permissions = 0770

    # Logins: SCRAM over TLS with a certificate of the cluster's own CA.
    password_encryption = 'scram-sha-256'
    authentication_timeout = '30s'
    ssl = on
    ssl_cert_file = '/etc/dbctl/shop/pg1/server.crt'
    ssl_key_file = '/etc/dbctl/shop/pg1/server.key'
    ssl_ca_file = '/etc/dbctl/shop/pg1/ca.crt'
    # Every client library since 2018 speaks TLS 1.3; the ciphers count only when TLS 1.2 is let in again.
    ssl_min_protocol_version = 'TLSv1.3'
    ssl_ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256'
    # Guessing passwords is slow, and a password set in clear text by hand may not be a weak one.
    shared_preload_libraries = 'auth_delay, passwordcheck'
    auth_delay.milliseconds = 500
    # A transaction that somebody forgot keeps locks, and keeps vacuum from cleaning up.
    idle_in_transaction_session_timeout = '10min'

    # Replication. The same on every node, so that a replica that is promoted behaves as the primary did.
    wal_level = replica
    max_wal_senders = 40
    max_replication_slots = 40
    wal_keep_size = '256MB'
    # A quarter of the file system of pg_wal: a replica that is gone for good cannot fill the primary's disk.
    max_slot_wal_keep_size = '100GB'
    wal_log_hints = on
    # Ready for backups: turning archive_mode on later takes a restart. Until \`dbctl backup setup\` gives the command that
    # archives, WAL is let go.
    archive_mode = on
    archive_command = '/bin/true'
    hot_standby = on
    wal_receiver_timeout = '30s'
    wal_sender_timeout = '30s'

    # Logging: one file a weekday, each overwritten a week later.
    logging_collector = on
    log_destination = 'stderr'
    log_directory = '/var/log/postgresql'
    log_filename = 'postgresql-17-main-%a.log'
    log_file_mode = 0600
    log_rotation_age = '1d'
    log_rotation_size = 0
    log_truncate_on_rotation = on
    log_timezone = 'UTC'
    log_line_prefix = '%m [%p]: [%l-1] %qdb=%d,user=%u,app=%a,client=%h '
    # With SQLSTATE and the place in the source.
    log_error_verbosity = verbose
    log_hostname = off
    log_connections = on
    log_disconnections = on
    log_replication_commands = on
    log_statement = 'ddl'
    log_checkpoints = on
    log_lock_waits = on

    # POSTGRES_CONF_*
    work_mem = '64 MB'
    application_name = 'it''s'
    # dbctl wrote all above, and nobody changed it while this is its SHA-256: 8a5b66a0055a79382eca28b6195589b4306c0e6af0039579eb62e0f43a16cd04
    "
  `);
});

test('what PostgreSQL does not accept is never written', async () => {
  const { host, disk: files } = hostThatSays(
    'refused\nLOG:  invalid value for parameter "work_mem"\nFATAL:  configuration file "a" contains errors\n',
  );

  await expect(run(ensureSettings(cluster, cluster.primary), host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'PostgreSQL on pg1 would not start with these settings, so they were not written',
    why: 'invalid value for parameter "work_mem"',
  });
  expect(files.size).toBe(0);
});
