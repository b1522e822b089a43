/** Dates and numbers as the reader's locale writes them. */
export const number = (value: number): string => new Intl.NumberFormat().format(value);
