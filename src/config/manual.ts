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

const tables = (): string =>
  Object.entries(groups)
    .map(([group, title]) => {
      const rows = settingRows.filter(([, setting]) => setting.group === group);
      return `### ${title}\n\n| Setting | Default | Meaning |\n|---|---|---|\n${rows.map(row).join('')}`;
    })
    .join('\n');

function row([name, setting]: readonly [string, Setting]): string {
  const { doc, aliases = [], isSecret } = setting;
  const also = aliases.length > 0 ? ` Also: ${aliases.map(code).join(', ')}.` : '';
  const file = isSecret ? ` Or ${code(`${name}_FILE`)}.` : '';
  return `| ${code(name)} | ${defaultOf(setting)} | ${`${doc}${also}${file}`.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |\n`;
}

const code = (text: string): string => `\`${text}\``;

function defaultOf({ fallback, optional }: Setting): string {
  if (fallback) return code(fallback);
  return optional || fallback === '' ? '–' : '**required**';
}
