import { expect, test } from 'vitest';
import { scramVerifier, verifierMatches } from '../../../src/postgres/scram.ts';

// The salt, StoredKey and ServerKey follow from the exchange printed in RFC 7677 section 3 (password "pencil").
test('the verifier of RFC 7677 comes out byte for byte', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

const awkward = `'"\\$#%@:/ ü\``;

test('a password matches its own verifier, whatever its salt, and no other', () => {
  expect(verifierMatches(awkward, scramVerifier(awkward))).toBe(true);
  expect(verifierMatches(`${awkward} `, scramVerifier(awkward))).toBe(false);
});

test('two spellings of one Unicode text are one password', () => {
  expect(verifierMatches('Zürich'.normalize('NFD'), scramVerifier('Zürich'.normalize('NFC')))).toBe(true);
});

test.each(['', 'md5d41d8cd98f00b204e9800998ecf8427e', 'SCRAM-SHA-256$x', 'SCRAM-SHA-256$4096:salt$broken'])(
  'the stored text %j matches nothing',
  (stored) => {
    expect(verifierMatches('secret', stored)).toBe(false);
  },
);
