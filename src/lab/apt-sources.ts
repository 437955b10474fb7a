// Reads APT's source lists, both formats of sources.list(5), and finds the machine's Debian mirror in them. Pure.

export interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signedBy: string;
}

export interface Mirrors {
  readonly main: string;
  /** Where the security updates are, when the machine uses them. */
  readonly security: string | undefined;
}

/** Sources of one file; its name decides the format, as APT does it. */
export const parseSources = (file: string, text: string): readonly Source[] =>
  file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);

function parseDeb822(text: string): readonly Source[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  return stanzas.map(fieldsOf).flatMap((field) => {
    if (field('enabled').join() === 'no' || !field('types').includes('deb')) return [];
    return field('uris').flatMap((uri) =>
      field('suites').map((suite) => ({
        uri,
        suite,
        components: field('components'),
        signedBy: field('signed-by').join(' '),
      })),
    );
  });
}

/** A continuation line starts with white space and belongs to the field above it. */
function fieldsOf(stanza: string): (name: string) => readonly string[] {
  const lines = stanza.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  const fields = lines.map((line) => /^([\w-]+):(.*)$/.exec(line));
  return (name) => words(fields.find((field) => field?.[1]?.toLowerCase() === name)?.[2] ?? '');
}

function parseOneLine(text: string): readonly Source[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /signed-by=(\S+)/i.exec(options)?.[1] ?? '';
    return [{ uri, suite, components: words(components), signedBy }];
  });
}

/**
 * The Debian archive among all sources: other vendors use Debian's release names too, so a source counts when it
 * has `main` and is signed by Debian's keyring or lies under a path called debian.
 */
export function chooseMirrors(sources: readonly Source[]): Mirrors | undefined {
  const debian = sources.filter(
    ({ uri, components, signedBy }) =>
      components.includes('main') &&
      /^(https?|file|mirror\+file):/.test(uri) &&
      (signedBy.includes('debian-archive') || /\/debian(-security)?(\/|$)/.test(uri)),
  );
  const isSecurity = ({ suite }: Source): boolean => /(-security|\/updates)$/.test(suite);
  const main = debian.find((source) => !isSecurity(source) && !source.suite.endsWith('-backports'));
  return main && { main: main.uri, security: debian.find(isSecurity)?.uri };
}

/** The same mirrors as a sources file for another release. */
export function sourcesFor(release: string, { main, security }: Mirrors): string {
  const signedBy = 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n';
  const stanza = (uri: string, suites: string): string =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\n${signedBy}`;
  const parts = [stanza(main, `${release} ${release}-updates`)];
  if (security) parts.push(stanza(security, `${release}-security`));
  return parts.join('\n');
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
