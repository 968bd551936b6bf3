import { generateKeyPairSync } from 'node:crypto'

import { describe, expect, test } from '@jest/globals'

import { checkpointSigner, checkpointVerifier, leafHash, splitNotes } from '../../src/index.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signer = checkpointSigner('trail.example', privateKey)
const verifier = checkpointVerifier(signer.verifierKey)
const checkpoint = { origin: 'trail.example/writer-1', size: 42, root: leafHash('root') }

test('a signed checkpoint has the form of C2SP tlog-checkpoint', () => {
  const note = signer.sign(checkpoint)
  expect(note.split('\n')).toEqual([
    'trail.example/writer-1',
    '42',
    checkpoint.root.toString('base64'),
    '',
    expect.stringMatching(/^— trail\.example [A-Za-z0-9+/]{90,91}={0,2}$/),
    '',
  ])
  expect(verifier.open(note)).toEqual(checkpoint)
})

test('the key of the C2SP note example is understood: its id is computed the same way', () => {
  const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  expect(checkpointVerifier(key).name).toBe('PeterNeumann')
})

describe('what was not signed is not opened', () => {
  const note = signer.sign(checkpoint)

  test('no character of it can be changed', () => {
    for (let at = 0; at < note.length - 1; at++) {
      const changed = note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1)
      expect([at, verifier.open(changed)]).toEqual([at, undefined])
    }
  })

  test.each([
    ['nothing', ''],
    ['no signature', note.slice(0, note.indexOf('—'))],
    ['a line more', note.replace('\n\n', '\nmore\n\n')],
    ['another name', note.replace('— trail', '— other')],
    ['no line break at the end', note.slice(0, -1)],
    ['something behind it', `${note}more`],
    ['a line behind it', `${note}more\n`],
    ['a half signature behind it', `${note}— trail.example\n`],
    ['carriage returns', note.replaceAll('\n', '\r\n')],
    ['a carriage return at the end', note.replace(/\n$/, '\r\n')],
  ])('%s', (_, text) => {
    expect(text).not.toBe(note)
    expect(verifier.open(text)).toBeUndefined()
  })

  test('a signature of another key', () => {
    const other = checkpointSigner('trail.example', generateKeyPairSync('ed25519').privateKey)
    expect(verifier.open(other.sign(checkpoint))).toBeUndefined()
    const both = `${note}${other.sign(checkpoint).split('\n\n')[1]}`
    expect(verifier.open(both)).toEqual(checkpoint)
  })

  test('a well-signed note that is no checkpoint', () => {
    expect(verifier.open(signer.sign({ ...checkpoint, size: -1 }))).toBeUndefined()
    expect(verifier.open(signer.sign({ ...checkpoint, root: Buffer.alloc(31) }))).toBeUndefined()
    expect(verifier.open(signer.sign({ ...checkpoint, size: 2 ** 53 }))).toBeUndefined()
  })
})

test('notes in one file are told apart, and a half-written one is left out', () => {
  const notes = [1, 2, 3].map((size) => signer.sign({ ...checkpoint, size }))
  expect(splitNotes(notes.join(''))).toEqual(notes)
  expect(splitNotes(notes.join('') + notes[0]!.slice(0, -3))).toEqual(notes)
  expect(splitNotes('')).toEqual([])
})

test.each([
  ['a+b', privateKey],
  ['a b', privateKey],
  ['trail.example', 'no key'],
  ['trail.example', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['trail.example', undefined],
])('wrong keys are refused: %s', (name, key) => {
  expect(() => checkpointSigner(name, key as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})

test.each([
  undefined,
  7,
  '',
  'a+b',
  'trail.example+00000000+AQ==',
  signer.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
])('wrong verifier keys are refused: %j', (key) => {
  expect(() => checkpointVerifier(key as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
