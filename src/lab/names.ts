// Names a user may give to labs and hosts. They become paths, interface and cgroup names, so they are narrow.

import { ConfigError } from '../model/errors.ts';

const labName = /^[a-z][a-z0-9-]{0,15}$/;
const hostName = /^[a-z][a-z0-9-]{0,30}$/;
/** .10 to .254 of a /24, less what a machine can bear. */
const mostHosts = 50;

/** The name itself, or a ConfigError. */
export function checkLabName(name: string): string {
  if (labName.test(name)) return name;
  throw new ConfigError({
    what: `${JSON.stringify(name)} cannot be the name of a lab`,
    why: 'expected a letter, then at most 15 letters, digits or dashes, all lower case',
    next: ['try: dbctl lab up --name lab2'],
  });
}

/** "control,pg1" as a list. Empty, repeated and odd names are a ConfigError. */
export function parseHosts(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const bad = names.filter((name) => !hostName.test(name) || name === 'localhost' || name === 'local');
  if (bad.length > 0) {
    throw refuse(
      `these cannot be names of hosts: ${bad.map((name) => JSON.stringify(name)).join(', ')}`,
      'expected a letter, then at most 30 letters, digits or dashes, all lower case; not local or localhost',
    );
  }
  if (new Set(names).size < names.length) throw refuse('a host is named twice', text);
  if (names.length > mostHosts) throw refuse(`a lab has at most ${mostHosts} hosts`, `got ${names.length}`);
  return names;
}

const refuse = (what: string, why: string): ConfigError =>
  new ConfigError({ what, why, next: ['try: dbctl lab up --hosts control,pg1,pg2,pg3'] });
