/** As much of the browser's document as the contributor's page uses. */
export interface Element {
  value: string;
  textContent: string | null;
  hidden: boolean;
  disabled: boolean;
  checked: boolean;
  max: number;
  className: string;
  href: string;
  download: string;
  readonly files: ArrayLike<Blob> | null;
  addEventListener(type: string, listener: (event: { preventDefault(): void }) => void): void;
  append(child: Element): void;
  replaceChildren(): void;
  click(): void;
}
declare const document: { getElementById(id: string): Element; createElement(name: string): Element };

export const at = (id: string): Element => document.getElementById(id);
export const created = (name: string): Element => document.createElement(name);

/** A text with its blanks filled in. */
export const say = (template: string, n: string | number, x: string | number = ''): string =>
  template.replace('{n}', String(n)).replace('{x}', String(x));
