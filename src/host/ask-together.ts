import { become } from './become.ts';
import { query, type Query } from './command.ts';
import { quote } from './quote.ts';
import { takesSql } from '../postgres/psql.ts';
import type { Secret } from '../model/secret.ts';

/** A question that others may share a round trip with: quick, and with nothing secret in it. */
export interface PlainQuery extends Omit<Query<string>, 'stdin' | 'timeoutMs'> {
  readonly stdin?: string;
}

/** What says how long it may take is not quick, and what is secret stays in an input of its own. */
export const isPlain = (
  asked: Omit<Query<unknown>, 'stdin'> & { readonly stdin?: string | Secret },
): boolean => asked.timeoutMs === undefined && (asked.stdin === undefined || takesSql(asked));

/**
 * Several questions in one: run one after the other by one shell, SQL for the same database in one session. Answers
 * what each said on stdout; undefined for one that failed, which has to be asked alone to be told why.
 */
export function askTogether(
  asked: readonly PlainQuery[],
  mark: string,
): Query<readonly (string | undefined)[]> {
  const script = [endOf(mark), ...groupsOf(asked).map((group) => shellText(group, mark))].join('\n');
  const titles = asked.map(({ argv: [program = ''] }) => program.slice(program.lastIndexOf('/') + 1));
  return query(['sh', '-s', ...titles], (stdout) => answersOf(stdout, asked.length, mark), {
    stdin: `${script}\n`,
  });
}

/** Questions that one command answers; more than one only where each is SQL on its standard input. */
type Group = readonly { readonly index: number; readonly asked: PlainQuery }[];

function groupsOf(asked: readonly PlainQuery[]): readonly Group[] {
  const groups = new Map<string, { index: number; asked: PlainQuery }[]>();
  for (const [index, one] of asked.entries()) {
    const key = takesSql(one) ? JSON.stringify([one.argv, one.asUser]) : String(index);
    groups.set(key, [...(groups.get(key) ?? []), { index, asked: one }]);
  }
  return [...groups.values()];
}

/** Another account's HOME is not root's. */
const commandText = ({ argv, asUser }: PlainQuery): string =>
  asUser === undefined ? quote(argv) : `env -u HOME ${quote(become(asUser, argv))}`;

const endOf = (mark: string): string => `end() { printf '%s %s %s\\n' '${mark}' "$1" "$2"; }`;

function shellText(group: Group, mark: string): string {
  const [{ index, asked }] = group as [Group[number]];
  const command = `${commandText(asked)} 2>/dev/null`;
  if (!takesSql(asked)) return `${command} </dev/null; end ${index} $?`;
  const sql = group.flatMap((one) => [one.asked.stdin ?? '', `\\echo ${mark} ${one.index} 0`]);
  // Where psql stopped, the rest is nobody's answer.
  return [`${command} <<'${mark}'; end rest $?`, ...sql, mark].join('\n');
}

function answersOf(stdout: string, count: number, mark: string): readonly (string | undefined)[] {
  const answers = Array.from<string | undefined>({ length: count });
  // What is said, then "MARK index exit-code" at the end of a line that need not be a line of its own.
  const parts = stdout.split(new RegExp(`${mark} (\\w+) (\\d+)\\n`));
  for (let part = 0; part + 2 < parts.length; part += 3) {
    const [said, index, code] = parts.slice(part);
    if (code === '0' && index !== 'rest') answers[Number(index)] = said!;
  }
  return answers;
}
