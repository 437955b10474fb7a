import { expect, test } from 'vitest';
import { quote } from '../../../src/host/quote.ts';
import {
  parseServiceState,
  reloadService,
  serviceState,
  startService,
  stopService,
} from '../../../src/system/service-step.ts';
import { serviceJournal } from '../../../src/system/evidence.ts';

const unit = 'dbctl-pgbackrest-shop.service';
const said = (enabled: string, active: string, since: string): string =>
  `UnitFileState=${enabled}\nActiveState=${active}\nStateChangeTimestamp=${since}\n`;

test.each([
  [
    said('enabled', 'active', 'Sat 2026-11-21 10:00:00.123456 UTC'),
    { isEnabled: true, isActive: true, loadedAt: 1_795_255_200.123456 },
  ],
  [
    said('disabled', 'active', 'Sat 2026-11-21 10:00:00 UTC'),
    { isEnabled: false, isActive: true, loadedAt: 1_795_255_200 },
  ],
  [
    said('enabled', 'failed', 'Sat 2026-11-21 10:00:00.123456 UTC'),
    { isEnabled: true, isActive: false, loadedAt: 0 },
  ],
  // In the middle of a reload nothing is known to be loaded.
  [
    said('enabled', 'reloading', 'Sat 2026-11-21 10:00:00.123456 UTC'),
    { isEnabled: true, isActive: false, loadedAt: 0 },
  ],
  [said('enabled', 'active', 'n/a'), { isEnabled: true, isActive: true, loadedAt: 0 }],
  // A unit that is not there.
  [said('', 'inactive', ''), { isEnabled: false, isActive: false, loadedAt: 0 }],
  ['', { isEnabled: false, isActive: false, loadedAt: 0 }],
])('%j is read', (stdout, state) => {
  expect(parseServiceState(stdout)).toEqual(state);
});

test('a service is asked for in UTC, to the microsecond', () => {
  expect(serviceState(unit).argv).toContain('--timestamp=us+utc');
  expect(serviceState(unit).parse(said('enabled', 'inactive', '')).isEnabled).toBe(true);
});

test('starting reads the unit anew, and starts it at boot too', () => {
  expect(quote(startService(unit).argv)).toMatchInlineSnapshot(
    `"sh -c 'systemctl daemon-reload && systemctl enable -q -- "$1" && systemctl restart -- "$1"' sh dbctl-pgbackrest-shop.service"`,
  );
  expect(quote(reloadService(unit).argv)).toContain('systemctl daemon-reload && systemctl reload -- ');
  expect(quote(stopService(unit).argv)).toMatchInlineSnapshot(
    `"sh -c 'systemctl disable -q --now -- "$1" 2>/dev/null || :' sh dbctl-pgbackrest-shop.service"`,
  );
});

test('the journal is what the unit said last', () => {
  expect(serviceJournal(unit, 3).argv).toEqual(expect.arrayContaining(['-n', '3', '-u', unit]));
  expect(serviceJournal(unit).parse('one\ntwo\n\n')).toBe('one\ntwo');
});
