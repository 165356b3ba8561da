/** A sound that comes along with a request: read, looked at, ready to be put where models hear it. */
import { soundSeconds, SOUND_HEAD, soundType } from "../formats/sound.ts";
import { attach, type Attachment } from "../generation/attachments.ts";
import { isForm, readForm } from "../http/form.ts";
import { invalidRequest } from "../openai/error.ts";
import { missing } from "../openai/unfit.ts";

/** The fields of a form. Throws 400, naming `file`, for one without it and for any other body. */
export async function formWithSound(request: Request, limit: number) {
  if (!isForm(request)) {
    throw invalidRequest("Send the sound as multipart/form-data, in the field 'file'.", "file");
  }
  const form = await readForm(request, limit, ["timestamp_granularities", "include"]);
  if (form.file === undefined || form.file === "") throw missing("file");
  return form;
}

/** Throws 400, naming `file`, for what holds no sound. */
export async function listenable(file: unknown): Promise<Attachment> {
  if (!(file instanceof Blob)) throw invalidRequest("'file' must be a file with sound.", "file");
  if (file.size === 0) throw invalidRequest("'file' is an empty file.", "file");
  const type = soundType(new Uint8Array(await file.slice(0, SOUND_HEAD).arrayBuffer()));
  if (!type) throw invalidRequest("'file' is no sound that models can read.", "file");
  if (type === "audio/wav" && soundSeconds(await file.bytes()) === 0) {
    throw invalidRequest("'file' is 0 seconds long.", "file");
  }
  return attach(file, type, `sound.${type.split("/")[1]!.replace("mpeg", "mp3")}`);
}
