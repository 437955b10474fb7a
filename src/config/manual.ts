import { compositeNames, compositesOf } from './composite-names.ts';
import { groups, type Setting } from './setting.ts';
import { settingRows } from './settings.ts';

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
