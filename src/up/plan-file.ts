import * as v from 'valibot';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { InvalidValue } from '../config/problem.ts';
import { readSmallFile } from '../config/read-file.ts';

/** What `dbctl plan -o json` answers and `dbctl up --plan` reads. Another number for anything that an older one would misread. */
export const planFormat = 1;

const PlanFile = v.object({
  changes: v.array(
    v.object({
      host: v.string(),
      id: v.string(),
      subject: v.optional(v.string()),
      change: v.string(),
      lines: v.pipe(v.array(v.string()), v.readonly()),
    }),
  ),
});
const Version = v.object({
  format: v.optional(v.unknown()),
  dbctl: v.optional(v.string(), 'of another version'),
});

export type WrittenChange = v.InferOutput<typeof PlanFile>['changes'][number];

/** Reads a plan. Throws ConfigError when the file is something else, RefusedError when another dbctl wrote it in another format. */
export function readPlanFile(file: string): readonly WrittenChange[] {
  const next = ['write one: dbctl plan -o json > plan.json'];
  try {
    const content: unknown = JSON.parse(readSmallFile(file).text);
    const { format, dbctl } = v.parse(Version, content);
    if (format === undefined || format === planFormat) return v.parse(PlanFile, content).changes;
    throw new RefusedError({
      what: `${file} was written by dbctl ${dbctl}, in a format that this dbctl does not know`,
      why: `It has format ${JSON.stringify(format)}, and this dbctl reads format ${planFormat}.`,
      next: [...next, 'or carry it out with the dbctl that wrote it'],
    });
  } catch (cause) {
    if (cause instanceof RefusedError) throw cause;
    const why =
      cause instanceof InvalidValue ? `It ${cause.message}.` : 'It was not written by that command.';
    throw new ConfigError({ what: `${file} is not a plan`, why, next, cause });
  }
}
