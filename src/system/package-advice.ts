// What to do where a host's package sources do not offer what is needed.

export interface PackageAdvice {
  readonly why: string;
  readonly next: readonly string[];
}

export const postgresAdvice = (version: number, host: string): PackageAdvice => ({
  why: `PostgreSQL ${version} is not in the package sources of this host.`,
  next: [
    'set POSTGRES_VERSION to the version that its distribution has (Debian 12: 15, Debian 13: 17)',
    `or add the PostgreSQL project's own repository on ${host}: apt-get install postgresql-common && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh`,
  ],
});

export const sourcesAdvice = (host: string): PackageAdvice => ({
  why: 'It is not in the package sources of this host.',
  next: [`check its package sources, on ${host}: apt-cache policy`, 'or install it there by hand'],
});
