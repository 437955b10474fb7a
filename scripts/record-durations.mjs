// A reporter of vitest: writes down how long each story took, hooks included, for the next run to begin with the longest.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const file = new URL('../test/e2e/durations.json', import.meta.url);

// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by it
export default class RecordDurations {
  onTestRunEnd(modules) {
    const known = JSON.parse(readFileSync(file, 'utf8'));
    const told = modules.filter((module) => module.state() === 'passed');
    const taken = told.map((module) => [
      basename(module.moduleId, '.test.ts'),
      Math.round(module.diagnostic().duration / 1000),
    ]);
    const all = Object.entries({ ...known, ...Object.fromEntries(taken) });
    const longestFirst = all.toSorted(([one, a], [other, b]) => b - a || one.localeCompare(other));
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(longestFirst), undefined, 2)}\n`);
  }
}
