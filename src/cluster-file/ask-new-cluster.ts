// What `dbctl init` asks at a terminal: only what the command line has not said.

import { checkFlags, defaultRepository, flagOf, wrongAnswers, type Answers } from './new-cluster.ts';
import { databaseFor } from '../config/new-names.ts';
import { settings } from '../config/settings.ts';
import { Secret } from '../model/secret.ts';
import type { Asking } from '../ui/questions.ts';

interface Topic {
  readonly key: Exclude<keyof Answers, 'hosts'>;
  /** How it is given on a command line, where that is not its name; and another one whose problems are this answer's. */
  readonly flag?: string;
  readonly alsoAbout?: string;
  readonly title: string;
  readonly fallback?: (soFar: Answers) => string;
  readonly emptyMeans?: string;
  readonly isSecret?: true;
  readonly isAsked?: (soFar: Answers) => boolean;
}

const isS3 = ({ repository }: Answers): boolean => repository === 's3';

const topics: readonly Topic[] = [
  {
    key: 'name',
    title: 'Name of the cluster',
    fallback: ({ name }) => name,
  },
  {
    key: 'sshUser',
    title: 'SSH user (root, or one with sudo)',
    emptyMeans: 'from ~/.ssh/config',
  },
  {
    key: 'allow',
    title: 'Networks of the applications (10.0.1.0/24)',
    emptyMeans: "only the cluster's own hosts",
  },
  {
    key: 'control',
    title: "Control host, which keeps the CA's key and the backups",
    fallback: () => 'local',
  },
  {
    key: 'repository',
    alsoAbout: '--control',
    title: 'Backups (posix, minio, versitygw, s3 or none)',
    fallback: defaultRepository,
  },
  { key: 'endpoint', title: 'Object store (host[:port])', isAsked: isS3 },
  {
    key: 'bucket',
    title: 'Bucket, which must exist',
    fallback: ({ name }) => name,
    isAsked: isS3,
  },
  {
    key: 'region',
    title: 'Region',
    fallback: () => settings.MINIO_REGION.fallback,
    isAsked: isS3,
  },
  {
    key: 'accessKey',
    flag: '--access-key-file',
    title: 'Id of the key to the bucket',
    isSecret: true,
    isAsked: (soFar) => isS3(soFar) && soFar.accessKeyFile === undefined,
  },
  {
    key: 'secretKey',
    flag: '--secret-key-file',
    title: 'The key itself',
    isSecret: true,
    isAsked: (soFar) => isS3(soFar) && soFar.secretKeyFile === undefined,
  },
  {
    key: 'database',
    title: 'Database of the application',
    fallback: ({ name }) => databaseFor(name),
  },
  {
    key: 'postgresVersion',
    title: 'Major version of PostgreSQL',
    fallback: () => settings.POSTGRES_VERSION.fallback,
  },
];

/** The answers with all that was asked for. `said` are the names of those that need no question. */
export async function askNewCluster(
  given: Answers,
  said: ReadonlySet<string>,
  file: string,
  asking: Asking,
): Promise<Answers> {
  const isSaid = (key: string): boolean => (key === 'hosts' ? given.hosts.length > 0 : said.has(key));
  checkFlags(given, file, [...said].filter(isSaid));
  let answers = given.hosts.length > 0 ? given : await askHosts(given, file, asking);
  for (const topic of topics) {
    if (said.has(topic.key) || topic.isAsked?.(answers) === false) continue;
    answers = await askOne(answers, topic, file, asking);
  }
  return answers;
}

const split = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean);

const askHosts = async (given: Answers, file: string, asking: Asking): Promise<Answers> => {
  const text = await asking.ask({
    title: 'Hosts, the primary first ([name=]host[:port] …)',
    check: (answer) => wrongAbout(['hosts'], { ...given, hosts: split(answer) }, file),
  });
  return { ...given, hosts: split(text) };
};

async function askOne(answers: Answers, topic: Topic, file: string, asking: Asking): Promise<Answers> {
  const { key, flag = flagOf(key), alsoAbout = '', title, fallback, emptyMeans, isSecret = false } = topic;
  const withAnswer = (text: string): Answers => ({
    ...answers,
    [key]: text === '' ? undefined : isSecret ? new Secret(text) : text,
  });
  const text = await asking.ask({
    title,
    ...(fallback && { fallback: fallback(answers) }),
    ...(emptyMeans !== undefined && { emptyMeans }),
    isSecret,
    check: (answer) => wrongAbout([flag, alsoAbout], withAnswer(answer), file),
  });
  return withAnswer(text);
}

/** What is wrong with one answer, without its flag, which nobody typed. */
const wrongAbout = (flags: readonly string[], answers: Answers, file: string): readonly string[] =>
  wrongAnswers(answers, file).flatMap(({ flag, text }) => {
    if (!flags.includes(flag)) return [];
    return flag === flags[0] ? text.slice(flag.length).replace(/^:? /, '') : text;
  });
