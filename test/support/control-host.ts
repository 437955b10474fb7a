import { quote } from '../../src/host/quote.ts';
import { dropAuthority, removeMark } from '../../src/certificates/rotation-step.ts';
import { fakeHost } from './fake-host.ts';

const pki = '/etc/dbctl/pki/shop';

/** A control host on which directories and files of certificate authorities really get their places. */
export function controlHost() {
  const fake: ReturnType<typeof fakeHost> = fakeHost(
    {},
    (argv) => {
      const line = quote(argv);
      if (line === quote(removeMark(`${pki}/rotation`).argv)) fake.disk.delete(`${pki}/rotation`);
      else if (line === quote(dropAuthority(pki).argv)) {
        move(`${pki}/next`, pki);
        fake.disk.delete(`${pki}/rotation`);
      } else move(argv[4] ?? '', argv[5] ?? '');
      return '';
    },
    'control',
  );

  function move(aside: string, place: string): void {
    for (const [path, file] of fake.disk) {
      if (!path.startsWith(`${aside}/`)) continue;
      fake.disk.set(place + path.slice(aside.length), file);
      fake.disk.delete(path);
    }
  }
  return fake;
}
