import { expect, test } from 'vitest';
import { copied, FIRST, switched } from './parameterSets';

const values = (gain: number, tone: number) => new Map([['gain', gain], ['tone', tone]]);

test('the other set begins as what is heard, and each keeps what was moved in it', () => {
  const toB = switched(FIRST, values(1, 10));
  expect(toB.changes).toEqual([]);
  expect(toB.sets.active).toBe('B');
  const toA = switched(toB.sets, values(2, 10));
  expect(toA.changes).toEqual([['gain', 1]]);
  expect(switched(toA.sets, values(1, 10)).changes).toEqual([['gain', 2]]);
});

test('a copy makes the other set the same', () => {
  const { sets } = switched(FIRST, values(1, 10));
  expect(switched(copied(sets, values(3, 30)), values(3, 30)).changes).toEqual([]);
});

test('what a newer processor no longer has stays out', () => {
  const { sets } = switched(FIRST, values(1, 10));
  expect(switched(sets, new Map([['gain', 7]])).changes).toEqual([['gain', 1]]);
});
