import { expect, test } from 'vitest';
import { undocumented } from '../../support/documented.ts';

test('an answer as the page has it is documented, with what is told elsewhere on the page', () => {
  const answer = {
    cluster: 'shop',
    dryRun: false,
    changes: [{ host: 'pg1', step: 'a', id: 'b', change: 'c' }],
    nodes: [{ name: 'pg1', silentSeconds: 1 }],
  };

  expect(undocumented(['restart', 'pg1', '-o', 'json'], answer)).toEqual([]);
  expect(undocumented(['lab', 'env'], { DBCTL_ANY: 'name' })).toEqual([]);
});

test('a key that the page does not have is found, in lists too', () => {
  expect(undocumented(['restart'], { nodes: [{ name: 'pg1', quietSeconds: 1 }] })).toEqual([
    'nodes[].quietSeconds',
  ]);
  expect(undocumented(['backup', 'run'], { made: 1 })).toEqual(['made']);
});
