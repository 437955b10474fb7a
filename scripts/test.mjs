// npm test: everything. Installs what it needs, checks, builds, and tells the stories on a lab.
// npm test -- up doctor: these stories alone, on a fresh build.
// The last line is the count of the tests; the exit code says whether all is well.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticChecks, unitTests } from './checks.mjs';
import { add, countLine, countReport } from './count.mjs';
import { runLabTests, unknownStories } from './lab-tests.mjs';
import { prepareProject, prepareShellcheck, shownTool } from './prepare.mjs';
import { run, say, sayFailed, sayWhat } from './run.mjs';

const usage = `npm test                  every check and test, those on hosts of a lab included
npm test -- up doctor     these end-to-end stories alone: names in test/e2e, without .test.ts
npm test -- --record      write down how long stories take, for later runs to begin with the longest
npm run check             all that needs no lab`;

const words = process.argv.slice(2);
const names = words.filter((word) => word !== '--record');
if (names.includes('--help') || names.includes('-h')) {
  say(usage);
  process.exit(0);
}
const unknown = unknownStories(names);
if (unknown.length > 0) {
  sayFailed(`there is no story ${unknown.join(', ')}`);
  say(usage);
  process.exit(2);
}

const began = Date.now();
const reports = mkdtempSync(join(tmpdir(), 'dbctl-test-'));
const problems = [];

await prepareProject();

const unit = names.length === 0 ? await runChecks() : { passed: 0, failed: 0, skipped: 0 };

const stories = await runLabTests(join(reports, 'stories.json'), names, words.includes('--record'));
if (stories.failed > 0) problems.push('end-to-end stories');
if (stories.reason !== undefined) {
  say(`skipped ${stories.skipped} end-to-end tests: ${stories.reason}`);
  if (process.env.CI === 'true')
    problems.push('end-to-end stories were skipped, which is a failure with CI=true');
}

const count = add(unit, stories);
rmSync(reports, { recursive: true, force: true });
if (count.failed > 0 && problems.length === 0) problems.push('tests');
if (problems.length > 0) sayFailed(`failed: ${problems.join(', ')}`);
say(`${Math.round((Date.now() - began) / 1000)} s`);
say(countLine(count));
process.exitCode = problems.length > 0 ? 1 : 0;

/** What needs no lab. Answers the counts of the unit and contract tests, a check being one more each. */
async function runChecks() {
  await prepareShellcheck();
  sayWhat('checks');
  for (const { name, argv } of staticChecks) {
    if ((await run(argv, { shown: shownTool(argv) })) !== 0) problems.push(name);
  }
  const checks = { passed: staticChecks.length - problems.length, failed: problems.length, skipped: 0 };
  const report = join(reports, 'unit.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const code = await run([...unitTests.argv, ...reporters], { shown: shownTool(unitTests.argv) });
  if (code !== 0) problems.push(unitTests.name);
  return add(checks, countReport(report));
}
