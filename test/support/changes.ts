import { change, type Change } from '../../src/engine/step.ts';

/** Changes of which only the sentences matter. */
export const changing = (...texts: readonly string[]): readonly Change[] =>
  texts.map((text) => change('test', text));
