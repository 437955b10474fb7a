// A cluster whose settings change: nothing is interrupted that nobody asked to interrupt.

import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../support/e2e.ts';
import { expectExit, sqlAs, succeed } from '../../support/story.ts';

export function settingsChange(theLab: () => Lab): void {
  let lab: Lab;

  const file = (): string => join(lab.directory, '.env.cluster');
  const startTime = (node: string): Promise<string> => lab.sql(node, 'select pg_postmaster_start_time()');
  const show = (node: string, name: string): Promise<string> => lab.sql(node, `show ${name}`);

  beforeAll(() => {
    lab = theLab();
  });

  test('a parameter that needs no restart is loaded without one', async () => {
    const started = await startTime('pg1');
    lab.configure({ POSTGRES_CONF_work_mem: '9MB' });

    const { stdout } = await succeed(lab, 'init-primary');

    expect(stdout).not.toContain('0 changes');
    expect(await show('pg1', 'work_mem')).toBe('9MB');
    expect(await startTime('pg1')).toBe(started);
  });

  test('the replicas take it over without a restart, and stream on', async () => {
    const started = await startTime('pg2');

    await succeed(lab, 'add-replica');

    expect(await show('pg2', 'work_mem')).toBe('9MB');
    expect(await startTime('pg2')).toBe(started);
  });

  test('a parameter that needs a restart waits until the restart is asked for', async () => {
    const started = await startTime('pg1');
    lab.configure({ POSTGRES_CONF_MAX_CONNECTIONS: '120' });

    const refused = await lab.dbctl('init-primary');

    expectExit(refused, 4);
    expect(refused.stderr).toContain('--restart');
    expect(refused.stderr).toContain('max_connections');
    expect(await startTime('pg1')).toBe(started);
    expect(await show('pg1', 'max_connections')).toBe('100');
  });

  test('and is applied when it is: replicas first, which may have more than the primary', async () => {
    expectExit(await lab.dbctl('add-replica'), 4);
    await succeed(lab, 'add-replica', '--restart');
    expect(await show('pg2', 'max_connections')).toBe('120');
    expect(await show('pg1', 'max_connections')).toBe('100');

    await succeed(lab, 'init-primary', '--restart');

    expect(await show('pg1', 'max_connections')).toBe('120');
    await succeed(lab, 'probe', '--wait', '20s');
  });

  test('a bad value is refused, and the cluster runs on and starts again', async () => {
    const files = `cd /etc/postgresql/17/main && sha256sum conf.d/* *.conf && stat -c '%n %y' conf.d/* *.conf`;
    const [started, before] = await Promise.all([startTime('pg1'), lab.shell('pg1', files)]);
    lab.configure({ POSTGRES_CONF_work_mem: 'abc' });

    const refused = await lab.dbctl('init-primary');

    expectExit(refused, 4);
    expect(refused.stderr).toContain('work_mem');
    expect(await startTime('pg1')).toBe(started);
    expect(await lab.shell('pg1', files)).toBe(before);
    await lab.shell('pg1', 'systemctl restart postgresql@17-main');
    await expect
      .poll(() => sqlAs(lab, 'reader', { from: 'pg2', to: 'pg1' }, 'show work_mem').catch(String))
      .toBe('9MB');
  });

  test('an unknown parameter is refused in the same way', async () => {
    lab.configure({ POSTGRES_CONF_work_mem: '9MB', POSTGRES_CONF_wrok_mem: '1MB' });
    const started = await startTime('pg1');

    const refused = await lab.dbctl('init-primary');

    expectExit(refused, 4);
    expect(refused.stderr).toContain('wrok_mem');
    expect(await startTime('pg1')).toBe(started);
    expect(await lab.shell('pg1', 'cat /etc/postgresql/17/main/conf.d/dbctl.conf')).not.toContain('wrok_mem');
  });

  test('a parameter and a path of awkward characters arrive as they are written', async () => {
    const value = `'"\\$#%@:/ ü $(touch /tmp/pwned) \\'' \\n`;
    const key = join(lab.directory, `k'e"y $(touch pwned) ;\\ ü`);
    copyFileSync(lab.env['CLUSTER_SSH_KEY']!, key);
    chmodSync(key, 0o600);
    lab.configure({
      POSTGRES_CONF_wrok_mem: '',
      'POSTGRES_CONF_app.note': `\`${value}\``,
      CLUSTER_SSH_KEY: `\`${key}\``,
    });
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.replace(/^POSTGRES_CONF_wrok_mem=\n/m, ''));

    await succeed(lab, 'init-primary');

    expect(await show('pg1', 'app.note')).toBe(value);
    expect(existsSync(join(lab.directory, 'pwned'))).toBe(false);
    expect(await lab.shell('pg1', 'ls /tmp/pwned 2>/dev/null || echo none')).toBe('none');
    expect((await succeed(lab, 'init-primary')).stdout.trim()).toBe('0 changes');
  });
}
