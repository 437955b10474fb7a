// The tables of docs/configuration.md and the text of .env.cluster.example, from the definitions of the settings.

import { explainAll, groupTitle, type Explained } from '../../src/cluster-file/explain.ts';
import { groups } from '../../src/config/setting.ts';
import { parameterPrefix } from '../../src/config/settings.ts';

const begin = '<!-- settings:begin (generated from src/config/settings.ts) -->';
const end = '<!-- settings:end -->';

const groupNames = Object.keys(groups) as readonly (keyof typeof groups)[];

/** docs/configuration.md with its tables of settings made new; what is written around them is kept. */
export function withSettingTables(manual: string): string {
  const [before, rest] = manual.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the manual needs ${begin} and ${end}`);
  return `${before}${begin}\n\n${tables()}\n${end}${after}`;
}

function tables(): string {
  const sections = [...groupNames, 'applications' as const].map((group) => {
    const isForeign = group === 'applications';
    const head = isForeign
      ? '| Name | Meaning |\n|---|---|'
      : '| Setting | Default | Meaning |\n|---|---|---|';
    const rows = about(group).map((one) => {
      const cells = [code(one.name), ...(isForeign ? [] : [defaultOf(one)]), escaped(meaningOf(one))];
      return `| ${cells.join(' | ')} |\n`;
    });
    return `### ${groupTitle(group)}\n\n${head}\n${rows.join('')}`;
  });
  return sections.join('\n');
}

const about = (group: Explained['group']): readonly Explained[] =>
  explainAll().filter((one) => one.group === group && !one.name.startsWith(parameterPrefix));

function meaningOf({ name, meaning, aliases, partOf, isSecret }: Explained): string {
  const others = [...aliases, ...partOf];
  const also = others.length > 0 ? ` Also: ${others.map(code).join(', ')}.` : '';
  return `${meaning}${also}${isSecret ? ` Or ${code(`${name}_FILE`)}.` : ''}`;
}

// Within backticks, < stands for itself; | ends a cell even there.
const escaped = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('`');

const code = (text: string): string => `\`${text}\``;

function defaultOf({ default: fallback, isRequired }: Explained): string {
  if (fallback) return code(fallback);
  return isRequired ? '**required**' : '–';
}

const head = `# A cluster, as dbctl sees it. Copy it so that only you can read it, then fill in the passwords:
#   install -m 600 .env.cluster.example .env.cluster
#
# One NAME=value per line. Put a value with spaces or any of # $ " \` \\ in single quotes; a value that contains a
# single quote in double quotes or backticks. Nothing is escaped or expanded: every character stands for itself.
# Every secret can come from a file instead: POSTGRES_PASSWORD_FILE=/run/secrets/postgres (mode 600).
`;

const foot = `# Any parameter of postgresql.conf, by its name. What dbctl has to keep for itself is refused with the reason.
# ${parameterPrefix}shared_buffers=2GB
`;

/** The text of .env.cluster.example. What must be filled in stands bare; what has a default is a comment. */
export function exampleFile(): string {
  const sections = groupNames.map((group) =>
    [`# --- ${groupTitle(group)} ---\n`, ...about(group).map(paragraph)].join('\n'),
  );
  return [head, ...sections, foot].join('\n');
}

function paragraph({ name, meaning, default: fallback, isRequired, example, isSecret }: Explained): string {
  const value = isSecret ? '' : (example ?? fallback ?? '');
  return `# ${meaning}\n${isRequired ? '' : '# '}${name}=${value}\n`;
}
