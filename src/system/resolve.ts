import { isIpAddress } from '../model/address.ts';
import { query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

/** Every address that the host itself finds for these names; an address stands for itself. */
export function addressesOf(names: readonly string[]): Query<readonly string[]> {
  const literal = names.filter(isIpAddress);
  const toLookUp = names.filter((name) => !isIpAddress(name));
  const script = 'for name do getent ahosts "$name" || { echo "$name" >&2; exit 1; }; done';
  return query(sh(script, ...toLookUp), (stdout) => {
    const found = [...stdout.matchAll(/^(\S+)/gm)].map(([, address]) => address!);
    return [...new Set([...literal, ...found])];
  });
}
