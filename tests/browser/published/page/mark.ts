export const mark: string = 'first';
