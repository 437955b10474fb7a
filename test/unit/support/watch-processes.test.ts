import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { watchProcesses } from '../../support/watch-processes.ts';

const canaries = Array.from({ length: 5 }, (_, n) => ({
  argv: `argv-${n}.`,
  environment: `CANARY=env-${n}.`,
}));

describe.skipIf(process.platform !== 'linux')('what is seen of processes', () => {
  test('is argv and environment of each that lives 60 ms, also when it becomes another program', async () => {
    const watch = await watchProcesses();
    const startedAt = performance.now();

    for (const { argv, environment } of canaries) {
      const becomes = `sleep 0.06; exec env -i ${environment} sh -c 'sleep 0.06; :'`;
      execFileSync('sh', ['-c', becomes, argv], { env: { BEFORE: environment } });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const { texts, looks, processes } = await watch.stop();

    const all = texts.join('\n');
    const wanted = canaries.flatMap(({ argv, environment }) => [argv, `BEFORE=${environment}`, environment]);
    expect(wanted.filter((text) => !all.includes(text))).toEqual([]);
    expect(looks / seconds).toBeGreaterThan(20);
    expect(processes).toBeGreaterThan(canaries.length);
  });
});
