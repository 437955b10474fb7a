import type { TableConstructorOptions } from 'cli-table3';

const edges = ['top', 'bottom', 'left', 'right', 'mid'];
const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
const crossings = ['left-mid', 'mid-mid', 'right-mid'];
const noLines = Object.fromEntries([...edges, ...corners, ...crossings].map((place) => [place, '']));

/** A table without lines, as in ps or kubectl: columns apart by a gap, two spaces unless told otherwise. */
export const bareTable = (gap = '  '): Pick<TableConstructorOptions, 'chars' | 'style'> => ({
  chars: { ...noLines, middle: gap },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
});
