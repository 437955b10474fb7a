// Finds secrets in texts, also where they were encoded.

/** A text as it is, in hex, and in base64 wherever it begins in what was encoded. */
export const disguises = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => [
    text,
    Buffer.from(text).toString('hex'),
    ...[0, 1, 2].map((shift) => {
      const encoded = Buffer.from(`${'x'.repeat(shift)}${text}`).toString('base64');
      return encoded.slice(shift === 0 ? 0 : 4, -4);
    }),
  ]);

/** What was found, shortened: a failing test should not print secrets at length. */
export const hits = (texts: readonly string[], needles: readonly string[]): readonly string[] =>
  texts.flatMap((text) =>
    needles
      .filter((needle) => text.includes(needle))
      .map((needle) => `${needle.slice(0, 8)}… in ${text.slice(0, 300)}`),
  );
