// Texts as nobody would choose them, through everything of dbctl that quotes, read by the real readers on a real host.
// The builders are called here, because nobody can type these texts: .env.cluster refuses most of them.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../src/model/cluster.ts';
import { clientRules, formatRules } from '../../src/server/hba.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Action, Query } from '../../src/host/command.ts';
import { conninfo, passfileLine, settingValue } from '../../src/postgres/libpq.ts';
import { askJson, execute } from '../../src/postgres/psql.ts';
import { quote } from '../../src/host/quote.ts';
import { identifier, literal } from '../../src/postgres/sql.ts';
import { environmentLine, startUnit } from '../../src/host/systemd.ts';
import { startLab, type Lab } from '../support/e2e.ts';
import { listeningPostgres } from '../support/listening-postgres.ts';
import { addressOf, describeOnHosts, patienceMs } from '../support/story.ts';
import { awkwardStrings } from '../unit/host/awkward-strings.ts';

const seed = Number(process.env['DBCTL_TEST_SEED'] ?? Date.now() % 2 ** 31);
const count = 10_000;
/** As many different ones as every test takes, of those that it can take. */
function different(options: { readonly oneLine?: boolean }, canTake = (_text: string) => true) {
  const texts = [...new Set(awkwardStrings(2 * count, { seed, ...options }))].filter(canTake);
  if (texts.length < count) throw new Error(`only ${texts.length} different texts`);
  return texts.slice(0, count);
}

const any = different({});
/** What a line of a file can hold: settings refuse the rest. */
const lines = different({ oneLine: true });

const binDirectory = '/usr/lib/postgresql/17/bin';
const server = { binDirectory, port: 5499 };
const place = '/var/lib/postgresql/quoting';

describeOnHosts(`10,000 awkward texts, DBCTL_TEST_SEED=${seed}`, () => {
  let lab: Lab;

  const write = (path: string, content: string): Promise<string> =>
    lab.shell('pg1', `cat >'${path}' && chown postgres: '${path}' && chmod 600 '${path}'`, content);

  /** Runs a command of dbctl's as its account, past dbctl. */
  const run = ({ argv, asUser = 'root', stdin = '' }: Query<unknown> | Action): Promise<string> =>
    lab.shell(
      'pg1',
      `cd / && exec ${quote(['runuser', '-u', asUser, '--', ...argv])}`,
      stdin instanceof Secret ? stdin.reveal() : stdin,
    );

  const ask = async <Answer>(sql: string): Promise<Answer> => {
    const query = askJson(server, sql, (value) => value as Answer);
    return query.parse(await run(query));
  };

  beforeAll(async () => {
    lab = await startLab('quoting', '--hosts', 'pg1');
    const start = `pg_ctl -D ${place} -w -l /dev/null -o '-p ${server.port} -k /var/run/postgresql' start`;
    await lab.shell(
      'pg1',
      `cd / && runuser -u postgres -- ${binDirectory}/initdb -ND ${place} -E UTF8 --locale=C.UTF-8 >/dev/null &&
       echo "include 'quoting.conf'" >>${place}/postgresql.conf && : >${place}/quoting.conf &&
       runuser -u postgres -- ${binDirectory}/${start}`,
    );
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.each(['sh', 'dash', 'bash'])('as arguments, in %s', async (shell) => {
    await write('/tmp/words', quote(['printf', '%s\\0', ...any]));

    const said = await lab.shell('pg1', `${shell} /tmp/words | base64 -w 0`);

    expect(Buffer.from(said, 'base64').toString().split('\0').slice(0, -1)).toEqual(any);
  });

  test('as values in SQL', async () => {
    const rows = any.map((text, index) => `(${index}, ${literal(text)})`);

    await run(
      execute(server, ['create table texts (n int, text text)', `insert into texts values ${rows.join()}`]),
    );

    expect(await ask('select json_agg(text order by n) from texts')).toEqual(any);
  });

  test('as names in SQL', async () => {
    const names = different({}, (text) => text !== '' && Buffer.byteLength(text) < 64);
    const questions: string[] = [];
    for (let at = 0; at < names.length; at += 1000) {
      const columns = names.slice(at, at + 1000).map((name) => `1 as ${identifier(name)}`);
      const row = `select row_to_json(named) as columns from (select ${columns.join()}) named`;
      questions.push(`select json_agg(name) from (${row}), json_object_keys(columns) name`);
    }

    const said = await run(askJson(server, questions.join(';\n'), String));

    const read = said.split('\n').flatMap((line) => JSON.parse(line) as string[]);
    expect(read).toEqual(names);
  });

  test('as settings of PostgreSQL', async () => {
    const settings = lines.map((text, index) => `quoting.p${index} = ${settingValue(text)}\n`);
    await write(`${place}/quoting.conf`, settings.join(''));

    const read = await ask(
      `select json_agg(setting order by seqno) from pg_file_settings where name like 'quoting.%'`,
    );

    expect(read).toEqual(lines);
  });

  test('as names in pg_hba.conf', async () => {
    // A name that begins with / would be a regular expression, quoted or not: settings refuse it.
    const names = different({ oneLine: true }, (text) => text !== '' && !text.startsWith('/'));
    const rules = names.map((name, index) => {
      const other = names.at(index - 1)!;
      const roles = { admin: { name }, writer: { name: other }, reader: { name: 'third' } };
      const cluster = { allowedCidrs: [], postgres: { database: name, ...roles } } as unknown as Cluster;
      return {
        line: formatRules(clientRules(cluster, ['10.0.0.0/8'])),
        wanted: [name, name, other, 'third'],
      };
    });
    await write(
      `${place}/pg_hba.conf`,
      `local all postgres trust\n${rules.map(({ line }) => line).join('\n')}\n`,
    );

    const found = 'select database || user_name as names, error from pg_hba_file_rules order by line_number';
    const read = await ask<{ names: string[]; error: string | null }[]>(
      `select json_agg(found) from (${found} offset 1) found`,
    );

    // The server here has no certificate.
    expect(new Set(read.map(({ error }) => error)).size).toBe(1);
    expect(read.map(({ names: seen }) => seen)).toEqual(rules.map(({ wanted }) => wanted));
  });

  test('as users, application names and passwords of libpq: connection strings and password files', async () => {
    const postgres = await listeningPostgres();
    const host = addressOf(lab, 'pg1').replace(/\d+$/, '1');
    const { port } = postgres;
    // A * alone means everybody in a password file, however it is written: settings refuse it.
    const texts = different({ oneLine: true }, (text) => text !== '' && text !== '*');
    const wanted = texts.map((user, index) => ({
      user,
      database: texts.at(index - count / 4)!,
      // One as a password, and as the name of an application.
      text: texts.at(index - count / 2)!,
    }));
    const files: string[] = [];
    const connects = wanted.map(({ user, database, text }, index) => {
      const file = Math.floor(index / 100);
      files[file] ??= '';
      files[file] += `${passfileLine({ host, port, database, user, password: text })}\n`;
      const options = {
        host,
        port: String(port),
        user,
        dbname: database,
        passfile: `/tmp/passfiles/${file}`,
      };
      const more = { application_name: text, sslmode: 'disable', gssencmode: 'disable' };
      return `\\c -reuse-previous=off ${psqlWord(conninfo({ ...options, ...more }))}\n`;
    });
    await lab.shell(
      'pg1',
      `umask 077; mkdir -p /tmp/passfiles; cd /tmp/passfiles; awk '/^%%$/ { n++; next } { print > (n - 1) }'`,
      files.map((text) => `%%\n${text}`).join(''),
    );

    const first = conninfo({
      host,
      port: String(port),
      user: 'first',
      dbname: 'app',
      password: 'x',
      sslmode: 'disable',
    });
    await lab.shell(
      'pg1',
      `cd / && ${binDirectory}/psql -Xqw -v ON_ERROR_STOP=1 -d ${quote([first])} -f -`,
      connects.join(''),
    );
    postgres.close();

    const seen = postgres.logins.slice(1).map(({ parameters, password }) => ({
      user: parameters['user'],
      database: parameters['database'],
      text: parameters['application_name'],
      password,
    }));
    expect(seen).toHaveLength(count);
    expect(seen).toEqual(wanted.map((login) => ({ ...login, password: login.text })));
  });

  test("as values of pgBackRest's configuration", async () => {
    // As settings take them: pgBackRest drops spaces around a value.
    const values = lines.map((text, index) => `${index}:${text}`.trimEnd());
    await write('/tmp/values.conf', `[global]\n${values.map((text) => `db-exclude=${text}\n`).join('')}`);

    const said = await lab.shell('pg1', 'pgbackrest --config=/tmp/values.conf help restore db-exclude');

    expect(said.slice(said.indexOf('current: ') + 'current: '.length)).toBe(values.join(', '));
  });

  test('as arguments and environment of systemd units', async () => {
    const script = 'printf "%s\\0" "$@" >/run/quoting.new && mv /run/quoting.new /run/quoting.argv';
    const argv = ['/bin/sh', '-c', script, 'sh', ...any];
    const variables = lines.map((text, index) => environmentLine(`Q${index}`, text.replaceAll('\t', ' ')));
    await write('/tmp/environment', `${variables.join('\n')}\n`);
    const read = async (path: string): Promise<readonly string[]> => {
      const said = await lab.shell('pg1', `base64 -w 0 ${path}`);
      return Buffer.from(said, 'base64').toString().split('\0').slice(0, -1);
    };

    const unit = { name: 'dbctl-quoting', description: 'x', argv, asUser: 'root' };
    await write('/tmp/start', quote(startUnit(unit).argv));
    await lab.shell('pg1', 'sh /tmp/start');
    await expect.poll(() => read('/run/quoting.argv').catch(String), { timeout: 20_000 }).toEqual(any);

    await lab.shell(
      'pg1',
      `systemd-run -q --wait -p EnvironmentFile=/tmp/environment sh -c 'env -0 >/run/quoting.env'`,
    );
    const found = (await read('/run/quoting.env')).filter((line) => /^Q\d+=/.test(line));
    expect(new Set(found)).toEqual(
      new Set(lines.map((text, index) => `Q${index}=${text.replaceAll('\t', ' ')}`)),
    );
  });
});

/** A word of psql's own commands: single quotes with escapes around a double-quoted name. */
const psqlWord = (text: string): string =>
  `'"${text.replaceAll('"', '""').replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n')}"'`;
