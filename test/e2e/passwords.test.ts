// Passwords of every awkward character, through every place a password passes on its way.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../support/e2e.ts';
import { expectClear, settled } from '../support/faults.ts';
import {
  connectionTo,
  describeOnHosts,
  expectExit,
  patienceMs,
  roleOf,
  sqlAs,
  succeed,
  type RoleKind,
} from '../support/story.ts';

type Passwords = Readonly<Record<RoleKind, string>>;

/** Each in another way of writing it: between backticks, bare, in a file of its own, in double quotes. */
const first: Passwords = {
  admin: `'"\\$#%@:/ ü admin`,
  writer: `w\`'"\\$%@:/ ü \\: writer`,
  reader: ` \`'"\\$#%@:/ ü reader `,
  replication: `\`'\\$#%@:/ ü \${HOME} $(id) repl`,
};
/** Non-ASCII that SASLprep changes: a decomposed ü, a no-break space, a soft hyphen, full-width letters. */
const later: Passwords = {
  admin: `u\u0308 a\u00a0b\u00adc ﬁ Ⅸ admin`,
  writer: `'"\\$#%@:/ ü '' "" \\\\ later`,
  reader: '%s %d ;drop table x;-- \\\\x41 reader',
  replication: `'"\`\\$#%@:/ ü::\\\\ later`,
};

describeOnHosts('passwords of awkward characters', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab('passwords', '--hosts', 'control,pg1,pg2');
    const written = {
      POSTGRES_PASSWORD: `\`${first.admin}\``,
      POSTGRES_APP_PASSWORD: first.writer,
      POSTGRES_READONLY_PASSWORD: '',
      POSTGRES_READONLY_PASSWORD_FILE: secretFile(lab, 'reader', first.reader),
      POSTGRES_REPLICATION_PASSWORD: `"${first.replication}"`,
    };
    lab.configure(written);
    await succeed(lab, 'init-primary');
    await succeed(lab, 'add-replica');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.for(['admin', 'writer', 'reader'] as const)('%s logs in on primary and replica', async (kind) => {
    await expectLogins(lab, kind, first[kind]);
  });

  test.for(['admin', 'writer', 'reader'] as const)('%s logs in with a passfile', async (kind) => {
    expect(await sqlWithPassfile(lab, kind, first[kind])).toBe(roleOf(lab, kind).name);
  });

  test('nothing else is the password', async () => {
    for (const kind of ['admin', 'writer', 'reader'] as const) {
      for (const almost of [
        `${first[kind]}x`,
        first[kind].replaceAll('\\', ''),
        first[kind].trim().slice(1),
      ]) {
        await expect(sqlAs(lab, kind, { from: 'pg2', to: 'pg1' }, 'select 1', almost)).rejects.toThrow(
          'password authentication failed',
        );
      }
    }
  });

  test('the replica comes back with the password in its passfile', async () => {
    await expectNewStream(lab);
  });

  test('probe logs in as every role', async () => {
    await succeed(lab, 'probe', '--wait', '10s');
  });

  test('a second run finds them in place', async () => {
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
    expect((await succeed(lab, 'add-replica')).stdout).toContain('\n0 changes');
  });

  test('all four are changed to others, three of them in files, and the replica streams on', async () => {
    lab.configure({
      POSTGRES_PASSWORD: later.admin,
      POSTGRES_APP_PASSWORD: '',
      POSTGRES_APP_PASSWORD_FILE: secretFile(lab, 'writer', later.writer),
      POSTGRES_READONLY_PASSWORD_FILE: secretFile(lab, 'reader', later.reader),
      POSTGRES_REPLICATION_PASSWORD: '',
      POSTGRES_REPLICATION_PASSWORD_FILE: secretFile(lab, 'replication', later.replication),
    });

    expectClear(lab, await lab.dbctl('init-primary'), 8, roleOf(lab, 'writer').name, 'is locked out');
    await expectLogins(lab, 'writer', first.writer);
    const { stdout } = await succeed(lab, 'init-primary', '-o', 'json', '--yes');
    await succeed(lab, 'add-replica');

    expect(stdout.match(/change the password of role/g)).toHaveLength(4);
    for (const kind of ['admin', 'writer', 'reader'] as const) await expectLogins(lab, kind, later[kind]);
    await expect(sqlAs(lab, 'writer', { from: 'pg2', to: 'pg1' }, 'select 1', first.writer)).rejects.toThrow(
      'password authentication failed',
    );
    await expectNewStream(lab);
    await succeed(lab, 'probe', '--wait', '10s');
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
  });

  test('the one of replication is changed by up, which asks before', async () => {
    lab.configure({
      POSTGRES_REPLICATION_PASSWORD: 'another-one-for-it',
      POSTGRES_REPLICATION_PASSWORD_FILE: '',
      POSTGRES_READONLY_PASSWORD: 'only-of-the-reader',
      POSTGRES_READONLY_PASSWORD_FILE: '',
    });

    const planned = await lab.dbctl('plan');
    expectExit(planned, 10);
    expect(planned.stdout.match(/change the password of role/g)).toHaveLength(2);
    expectClear(lab, await lab.dbctl('up'), 8, roleOf(lab, 'replication').name, 'nothing was changed');
    await expectNewStream(lab);
    await succeed(lab, 'up', '--yes');

    await expectLogins(lab, 'reader', 'only-of-the-reader');
    await expectNewStream(lab);
    await settled(lab, 'up');
  });

  test.each([['up'], ['init-primary']])(
    'those of a primary that is stopped are not changed by %s before somebody agreed',
    async (command) => {
      const changed = `changed-for-${command}`;
      const before = lab.env['POSTGRES_READONLY_PASSWORD']!;
      lab.configure({ POSTGRES_READONLY_PASSWORD: changed });
      await lab.shell('pg1', 'systemctl stop postgresql@17-main');

      const asked = await lab.dbctl(command);

      const { name } = roleOf(lab, 'reader');
      expectClear(lab, asked, 8, `nobody has agreed to it for ${name}`, 'PostgreSQL runs', '--yes');
      await expectLogins(lab, 'reader', before);
      expectClear(lab, await lab.dbctl(command), 8, name, 'nothing was changed');
      await lab.shell('pg1', 'systemctl stop postgresql@17-main');
      await succeed(lab, command, '--yes');
      await expectLogins(lab, 'reader', changed);
      await settled(lab, command);
    },
  );

  test('no password is in what is shown when one is wrong', async () => {
    lab.configure({
      POSTGRES_APP_PASSWORD: '',
      POSTGRES_APP_PASSWORD_FILE: secretFile(lab, 'writer', first.writer),
    });

    const finished = await lab.dbctl('probe', '-o', 'json');

    expectExit(finished, 2);
    const shown = finished.stdout + finished.stderr;
    expect(shown).toContain('writer');
    for (const password of [first.writer, ...Object.values(later)]) expect(shown).not.toContain(password);
  });
});

function secretFile(lab: Lab, name: string, password: string): string {
  const file = join(lab.directory, `${name}-password`);
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return file;
}

async function expectLogins(lab: Lab, kind: RoleKind, password: string): Promise<void> {
  for (const to of ['pg1', 'pg2']) {
    await expect
      .poll(() => sqlAs(lab, kind, { from: 'pg2', to }, 'select current_user', password).catch(String), {
        timeout: 10_000,
      })
      .toBe(roleOf(lab, kind).name);
  }
}

/** libpq's password file: `:` and `\` in a field are escaped with a backslash. */
function sqlWithPassfile(lab: Lab, kind: RoleKind, password: string): Promise<string> {
  const line = `*:*:*:${roleOf(lab, kind).name}:${password.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`;
  const connection = connectionTo(lab, { from: 'pg2', to: 'pg1' }, roleOf(lab, kind).name);
  const psql = `PGPASSFILE=$file psql -XAtqw -d "${connection}" -c 'select current_user'`;
  return lab.shell(
    'pg2',
    `file=$(mktemp) && trap 'rm "$file"' EXIT && cat > "$file" && ${psql}`,
    `${line}\n`,
  );
}

/** Ends the connection of the replica and waits until it has logged in again. */
async function expectNewStream(lab: Lab): Promise<void> {
  const streaming = `select pid from pg_stat_replication where application_name = 'pg2' and state = 'streaming'`;
  const before = await lab.sql('pg1', streaming);
  await lab.sql('pg1', `select pg_terminate_backend(pid) from pg_stat_replication`);

  await expect
    .poll(() => lab.sql('pg1', `${streaming} and pid <> ${before}`), { timeout: 30_000, interval: 500 })
    .toMatch(/^\d+$/);
}
