// Counts tests from vitest's JSON reports.

import { existsSync, readFileSync } from 'node:fs';

const none = { passed: 0, failed: 0, skipped: 0 };

/** The tests of one report. A file that could not be run at all counts as one failed test; so does a missing report. */
export function countReport(path) {
  if (!existsSync(path)) return { ...none, failed: 1 };
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  return testResults.map(countFile).reduce(add, none);
}

/** Both together. */
export const add = (one, other) => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped,
});

/** "786 passed, 0 failed, 2 skipped" */
export const countLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

function countFile({ status, assertionResults }) {
  const passed = assertionResults.filter((test) => test.status === 'passed').length;
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  const skipped = assertionResults.length - passed - failed;
  // A setup that failed leaves no failed test behind.
  return { passed, failed: failed === 0 && status === 'failed' ? 1 : failed, skipped };
}
