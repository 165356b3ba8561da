/** Files that the executable carries with it: an import of one gives its path. */
declare module "*.mp4" {
  const path: string;
  export default path;
}
declare module "*.mp3" {
  const path: string;
  export default path;
}
declare module "*.ogg" {
  const path: string;
  export default path;
}
declare module "*.flac" {
  const path: string;
  export default path;
}
