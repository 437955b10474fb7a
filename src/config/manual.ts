import { compositeNames, compositesOf } from './expand-composite.ts';
import { groups, type Setting } from './setting.ts';
import { parameterPrefix, settingRows } from './settings.ts';

const begin = '<!-- settings:begin (generated from src/config/settings.ts) -->';
const end = '<!-- settings:end -->';

/** docs/configuration.md with its tables of settings made new; what is written around them is kept. */
export function withSettingTables(manual: string): string {
  const [before, rest] = manual.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the manual needs ${begin} and ${end}`);
  return `${before}${begin}\n\n${tables()}\n${end}${after}`;
}

function tables(): string {
  const sections = Object.entries(groups).map(([group, title]) => {
    const rows = settingRows.filter(([, setting]) => setting.group === group);
    return `### ${title}\n\n| Setting | Default | Meaning |\n|---|---|---|\n${rows.map(row).join('')}`;
  });
  const others = Object.entries(compositeNames).map(
    ([name, { doc, isSecret }]) => `| ${code(name)} | ${escaped(`${doc}${fileName(name, isSecret)}`)} |\n`,
  );
  return [
    ...sections,
    `### Names that applications have\n\n| Name | Meaning |\n|---|---|\n${others.join('')}`,
  ].join('\n');
}

function row([name, setting]: readonly [string, Setting]): string {
  const { doc, aliases = [], isSecret } = setting;
  const others = [...aliases, ...compositesOf(name)];
  const also = others.length > 0 ? ` Also: ${others.map(code).join(', ')}.` : '';
  return `| ${code(name)} | ${defaultOf(setting)} | ${escaped(`${doc}${also}${fileName(name, isSecret)}`)} |\n`;
}

const fileName = (name: string, isSecret: true | undefined): string =>
  isSecret ? ` Or ${code(`${name}_FILE`)}.` : '';

// Within backticks, < stands for itself; | ends a cell even there.
const escaped = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('`');

const code = (text: string): string => `\`${text}\``;

function defaultOf({ fallback, optional }: Setting): string {
  if (fallback) return code(fallback);
  return optional || fallback === '' ? '–' : '**required**';
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
  const sections = Object.entries(groups).map(([group, title]) => {
    const rows = settingRows.filter(([, setting]) => setting.group === group);
    return [`# --- ${title} ---\n`, ...rows.map(([name, setting]) => paragraph(name, setting))].join('\n');
  });
  return [head, ...sections, foot].join('\n');
}

function paragraph(name: string, { doc, fallback, optional, example, isSecret }: Setting): string {
  const isRequired = fallback === undefined && !optional;
  const value = isSecret ? '' : (example ?? fallback ?? '');
  return `# ${doc}\n${isRequired ? '' : '# '}${name}=${value}\n`;
}
