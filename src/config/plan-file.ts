import * as v from 'valibot';
import { ConfigError } from '../model/errors.ts';
import { InvalidValue } from './problem.ts';
import { readSmallFile } from './read-file.ts';

const PlanFile = v.object({
  changes: v.array(
    v.object({ host: v.string(), change: v.string(), lines: v.pipe(v.array(v.string()), v.readonly()) }),
  ),
});
export type WrittenChange = v.InferOutput<typeof PlanFile>['changes'][number];

/** Reads what `dbctl plan -o json` answered. Throws ConfigError when the file is something else. */
export function readPlanFile(file: string): readonly WrittenChange[] {
  try {
    return v.parse(PlanFile, JSON.parse(readSmallFile(file).text)).changes;
  } catch (cause) {
    const why =
      cause instanceof InvalidValue ? `It ${cause.message}.` : 'It was not written by that command.';
    throw new ConfigError({
      what: `${file} is not a plan`,
      why,
      next: [`write one: dbctl plan -o json > ${file}`],
      cause,
    });
  }
}
