import * as v from 'valibot';
import type { Instance } from '../model/instance.ts';
import type { Query } from '../host/command.ts';
import { askJson } from './psql.ts';
import { literal } from './sql.ts';

/** Which of these parameters only a restart can change. */
export const postmasterParameters = (
  instance: Instance,
  names: readonly string[],
): Query<readonly string[]> =>
  askJson(
    instance,
    `select coalesce(json_agg(name order by name), '[]') from pg_settings
     where context = 'postmaster' and name in (${names.map(literal).join(', ')})`,
    (value) => v.parse(v.array(v.string()), value),
  );
