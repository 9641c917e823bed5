/** The text of a file of this room, taken in when the program is bundled. */
declare module '*.ts?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the form in which bundlers give it.
  export default text;
}
