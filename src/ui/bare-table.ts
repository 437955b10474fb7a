import type { TableConstructorOptions } from 'cli-table3';

/** A table without lines: columns two spaces apart, as in ps or kubectl. */
export const bareTable: Pick<TableConstructorOptions, 'chars' | 'style'> = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};
