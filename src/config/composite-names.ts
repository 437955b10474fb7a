// Names that are no settings themselves: each says something about one setting or several.

import type { SettingName } from './settings.ts';

export interface CompositeName {
  readonly doc: string;
  /** The settings it speaks of; none when it is only kept for others. */
  readonly gives: readonly SettingName[];
  readonly takes: string;
  readonly example: string;
  /** Never shown; `<name>_FILE` is understood. */
  readonly isSecret?: true;
}

export const compositeNames: Readonly<Record<string, CompositeName>> = {
  DATABASE_URL: {
    doc: "The application's connection: the writer's login, and the host, port and database of the primary.",
    gives: ['CLUSTER_DB_PRIMARY_HOST', 'POSTGRES_DB', 'POSTGRES_APP_USER', 'POSTGRES_APP_PASSWORD'],
    takes:
      'postgres://user:password@host:port/database; in the user and the password each of : / ? # [ ] @ % as %3A, %2F and so on',
    example: 'postgres://shop_app:…@10.0.0.11:5432/shop',
    isSecret: true,
  },
  'DATABASE_REPLICA_<n>_HOST': {
    doc: 'One replica, on a line of its own; n counts from 1.',
    gives: ['CLUSTER_DB_REPLICA_HOSTS'],
    takes: '[name=]host[:port]',
    example: '10.0.0.12',
  },
  'DATABASE_REPLICA_<n>_PORT': {
    doc: 'The port of that replica. Default: POSTGRES_PORT.',
    gives: ['CLUSTER_DB_REPLICA_HOSTS'],
    takes: 'a whole number from 1 to 65535',
    example: '5432',
  },
  'DATABASE_REPLICA_<n>_WEIGHT': {
    doc: "That replica's share of the reads. It is for the application: dbctl checks that it is a number, and shares no reads out.",
    gives: [],
    takes: 'a number above 0',
    example: '1.0',
  },
};

/** The names that speak of a setting, among other things. */
export const compositesOf = (setting: string): readonly string[] =>
  Object.entries(compositeNames).flatMap(([name, { gives }]) =>
    (gives as readonly string[]).includes(setting) ? name : [],
  );
