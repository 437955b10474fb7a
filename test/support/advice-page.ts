// test/e2e/advice.md: every advice of the sources, and who does what it says.

import type { Advice, Doer } from './advice.ts';

const head = `# Who does what a → says

Every piece of advice in \`src/\` ("…" stands for what is put in), and the stories of this folder that type it. A story is named when it has every command, flag and word
of it; those in \`looks\` show something and change nothing, those in \`person\` name nothing to type, or a person must decide.
Those in \`outside\` cannot be done in a lab, for the reason beside them.

This file is written by \`npx vitest run --project unit --update\`. An advice that is new in \`nobody\` needs a story: a test fails until it has one.
`;

const sections = ['nobody', 'typed', 'looks', 'person', 'outside'] as const satisfies readonly Doer['kind'][];

export function advicePage(all: readonly Advice[], doers: readonly Doer[]): string {
  const of = (kind: Doer['kind']): readonly string[] =>
    all.flatMap(({ text, from }, index) => {
      const doer = doers[index]!;
      if (doer.kind !== kind) return [];
      const more = doer.stories.length > 3 ? ' …' : '';
      const names = `${doer.stories.slice(0, 3).join(', ')}${more}`;
      const by = [doer.why, names].flatMap((one) => (one ? ` — ${one}` : [])).join('');
      return `- \`${from}\`: ${text.replaceAll('\n', ' ').trim()}${by}`;
    });
  const section = (kind: Doer['kind']): string => `## ${kind}\n\n${of(kind).toSorted().join('\n')}\n`;
  return [head, ...sections.map(section)].join('\n');
}
