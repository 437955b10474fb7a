import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../model/duration.ts';

/** Reads a flag's value as milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('a duration such as 500ms, 3s or 2m');
  return milliseconds;
}
