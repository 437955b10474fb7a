// npm test: everything. Installs what it needs, checks, builds, and tells the stories on a lab.
// The last line is the count of the tests; the exit code says whether all is well.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticChecks, unitTests } from './checks.mjs';
import { add, countLine, countReport } from './count.mjs';
import { runLabTests } from './lab-tests.mjs';
import { prepareProject, shownTool } from './prepare.mjs';
import { run, say, sayFailed, sayWhat } from './run.mjs';

const began = Date.now();
const reports = mkdtempSync(join(tmpdir(), 'dbctl-test-'));
const problems = [];

await prepareProject();

sayWhat('checks');
for (const { name, argv } of staticChecks) {
  if ((await run(argv, { shown: shownTool(argv) })) !== 0) problems.push(name);
}

const unitReport = join(reports, 'unit.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${unitReport}`];
const unitCode = await run([...unitTests.argv, ...reporters], { shown: shownTool(unitTests.argv) });
if (unitCode !== 0) problems.push(unitTests.name);

const stories = await runLabTests(join(reports, 'stories.json'));
if (stories.failed > 0) problems.push('end-to-end stories');
if (stories.reason !== undefined) {
  say(`skipped ${stories.skipped} end-to-end tests: ${stories.reason}`);
  if (process.env.CI === 'true')
    problems.push('end-to-end stories were skipped, which is a failure with CI=true');
}

const count = add(countReport(unitReport), stories);
rmSync(reports, { recursive: true, force: true });
if (count.failed > 0 && problems.length === 0) problems.push('tests');
if (problems.length > 0) sayFailed(`failed: ${problems.join(', ')}`);
say(`${Math.round((Date.now() - began) / 1000)} s`);
say(countLine(count));
process.exitCode = problems.length > 0 ? 1 : 0;
