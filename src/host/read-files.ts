import { query, type Query } from './command.ts';

/** A file as it is on a host. */
interface FoundFile {
  /** Owner and group by name. */
  readonly owner: string;
  readonly mode: number;
  readonly content: string;
}

// One process for all of them. Opened once, so that owner, mode and content belong together even while somebody replaces it.
const script = `
for my $file (@ARGV) {
  print "\\x1e";
  -e $file or next;
  -f _ && open my $in, "<", $file or die "$file is not a regular file, or cannot be read\\n";
  my (undef, undef, $mode, undef, $user, $group) = stat $in;
  printf "%s:%s %o\\n", getpwuid($user) // "UNKNOWN", getgrgid($group) // "UNKNOWN", $mode & 07777;
  print while <$in>;
}`;

/** Several text files in one question, in the order of their paths; undefined for one that is not there. */
export const readFiles = (paths: readonly string[]): Query<readonly (FoundFile | undefined)[]> =>
  query(['perl', '-e', script, '--', ...paths], parseFiles);

/** Each begins with U+001E, which stands in no text; then a line with owner and mode, then the content. */
const parseFiles = (stdout: string): readonly (FoundFile | undefined)[] =>
  stdout
    .split('\u001e')
    .slice(1)
    .map((text) => {
      const [, owner, mode, content] = /^(\S+) (\d+)\n([^]*)$/.exec(text) ?? [];
      if (owner === undefined) return undefined;
      return { owner, mode: Number.parseInt(mode!, 8), content: content! };
    });
