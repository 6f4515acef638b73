import { expect, test } from 'vitest';
import { useParameter } from './hooks';

test('an id that no processor has is a type error', () => {
  // Checked by `npm run check`: it fails where an error is expected and there is none.
  const calls = (idOfAList: string) => [
    () => useParameter(idOfAList),
    // @ts-expect-error no processor has it
    () => useParameter('no_such_parameter'),
  ];
  expect(calls('any')).toHaveLength(2);
});
