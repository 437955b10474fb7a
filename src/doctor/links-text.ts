import type { ChalkInstance } from 'chalk';
import type { LinkState } from '../system/try-links.ts';
import type { DoctorRow, JudgedLink } from './report.ts';
import { screenWidth, shorten, tableText, widestOf } from '../ui/text.ts';

const longestName = 12;
const marks: Readonly<Record<LinkState, string>> = {
  open: '✓',
  refused: '·',
  silent: '✗',
  'no route': '✗',
  'unknown name': '✗',
  'not tried': '?',
};

/** Who reaches whom: rows connect to columns. Columns that 80 characters do not hold are in a further table below. */
export function doctorMatrix(
  links: readonly JudgedLink[],
  rows: readonly DoctorRow[],
  chalk: ChalkInstance,
): string {
  const inOrder = [...rows.map(({ site }) => site.name), ...links.map(({ to }) => to)];
  const named = (names: readonly string[]) => unique(inOrder).filter((name) => names.includes(name));
  const froms = named(links.map(({ from }) => from));
  const tos = named(links.map(({ to }) => to));
  const between = (from: string, to: string) => links.filter((one) => one.from === from && one.to === to);
  const cells = froms.flatMap((from) => tos.map((to) => between(from, to).map(cell).join(' ')));
  const widest = widestOf([...cells, ...tos.map((name) => shorten(name, longestName))]);
  const fitting = Math.max(1, Math.floor((screenWidth - longestName) / (widest + 2)));
  const blocks = Array.from({ length: Math.ceil(tos.length / fitting) }, (_, index) => {
    const columns = tos.slice(index * fitting, (index + 1) * fitting);
    const head = ['FROM \\ TO', ...columns.map((name) => shorten(name, longestName))];
    const lines = froms.map((from) => [
      shorten(from, longestName),
      ...columns.map((to) =>
        between(from, to)
          .map((link) => colour(link, chalk))
          .join(' '),
      ),
    ]);
    return tableText(lines, { head: head.map((name) => chalk.bold(name)) });
  });
  return [...blocks, legend(links, chalk)].join('\n');
}

const markOf = ({ state, isBroken }: JudgedLink): string => (isBroken ? '✗' : marks[state]);

const cell = (link: JudgedLink): string => `${link.port}${markOf(link)}`;

function colour(link: JudgedLink, chalk: ChalkInstance): string {
  const mark = markOf(link);
  if (mark === '✗') return chalk.red(cell(link));
  return mark === '✓' ? `${link.port}${chalk.green(mark)}` : cell(link);
}

const meanings = { '✓': 'open', '·': 'nothing listens yet', '✗': 'broken', '?': 'not tried' } as const;

const legend = (links: readonly JudgedLink[], chalk: ChalkInstance): string => {
  const used = new Set(links.map(markOf));
  const words = Object.entries(meanings).flatMap(([mark, meaning]) =>
    used.has(mark) ? [`${mark} ${meaning}`] : [],
  );
  return chalk.dim(words.join(', '));
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];
