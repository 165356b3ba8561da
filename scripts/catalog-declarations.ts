/** Reads fal's TypeScript declarations into fields: the half of `bun run catalog` that knows TypeScript. */
import ts from "typescript";
import type { Field, OutputKind } from "../src/models/catalog.ts";
import { outputKind } from "../src/models/output-kind.ts";

/** One endpoint as declared. */
export interface Declared {
  id: string;
  input: Record<string, Field>;
  output: OutputKind;
}

/** How deep nested objects are described; deeper ones are objects of unknown fields. */
const DEPTH = 3;

/** The declarations write every number as `number`; by these names fal takes whole ones only. */
const WHOLE =
  /^(seed|steps|width|height|batch_size|max_(images|tokens)|num_\w+|\w+_steps|number_of_\w+)$/;

/** Fields whose string is the address of a file, though the type may say only `string`. */
const ADDRESS = /(^|_)urls?$/;

/** Every endpoint of `EndpointTypeMap`, sorted by id. */
export function readDeclarations(source: string): Declared[] {
  const file = ts.createSourceFile("endpoints.d.ts", source, ts.ScriptTarget.Latest);
  const aliases = new Map<string, ts.TypeNode>();
  file.forEachChild((node) => {
    if (ts.isTypeAliasDeclaration(node)) aliases.set(node.name.text, node.type);
  });

  const map = literal(aliases.get("EndpointTypeMap"));
  if (!map) throw new Error("EndpointTypeMap is not where it was: has @fal-ai/client changed?");
  return members(map)
    .map(({ name, type }) => {
      const sides = members(literal(type)!);
      const side = (wanted: string) =>
        literal(sides.find((member) => member.name === wanted)?.type);
      return {
        id: name,
        input: fields(side("input"), 0),
        output: outputKind(fields(side("output"), 0)),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  /** The object type that a name finally stands for. */
  function literal(type: ts.TypeNode | undefined): ts.TypeLiteralNode | undefined {
    if (!type || ts.isTypeLiteralNode(type)) return type;
    return literal(named(type));
  }

  function named(type: ts.TypeNode) {
    return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)
      ? aliases.get(type.typeName.text)
      : undefined;
  }

  function members(type: ts.TypeLiteralNode) {
    return type.members.filter(ts.isPropertySignature).map((member) => ({
      name: ts.isStringLiteral(member.name)
        ? member.name.text
        : (member.name as ts.Identifier).text,
      type: member.type!,
      required: !member.questionToken,
    }));
  }

  function fields(type: ts.TypeLiteralNode | undefined, depth: number): Record<string, Field> {
    if (!type) return {};
    return Object.fromEntries(
      members(type).map(({ name, type, required }) => {
        const field = describe(type, name, depth);
        return [name, required ? { ...field, required: true } : field];
      }),
    );
  }

  function describe(type: ts.TypeNode, name: string, depth: number): Field {
    if (ts.isUnionTypeNode(type)) return describeUnion(type.types, name, depth);
    const text = stringOf(type);
    if (text !== undefined) return { type: "string", enum: [text] };
    if (type.kind === ts.SyntaxKind.StringKeyword) {
      return ADDRESS.test(name) ? { type: "string", media: true } : { type: "string" };
    }
    if (type.kind === ts.SyntaxKind.NumberKeyword) {
      return { type: WHOLE.test(name) ? "integer" : "number" };
    }
    if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
    const element = elementOf(type);
    if (element) {
      const items = describe(element, name, depth + 1);
      return { type: "array", items, ...(items.media ? { media: true } : {}) };
    }
    const object = literal(type);
    if (object) return { type: "object", fields: depth < DEPTH ? fields(object, depth + 1) : {} };
    return { type: "unknown" };
  }

  function describeUnion(types: readonly ts.TypeNode[], name: string, depth: number): Field {
    const words = types.map(stringOf).filter((word) => word !== undefined);
    const others = types.filter((type) => stringOf(type) === undefined);
    const media = others.some((type) => referenceName(type) === "Blob");
    if (media && !others.some(elementOf)) return { type: "string", media: true };
    if (media) return { type: "unknown", media: true };
    if (words.length > 0 && others.length === 0) return { type: "string", enum: words };

    const kinds = others.map((type) => describe(type, name, depth));
    const only = kinds.every((kind) => kind.type === kinds[0]!.type) ? kinds[0]! : undefined;
    if (words.length === 0) return only ?? { type: "unknown" };
    if (only?.type === "string") return { type: "string", enum: words, open: true };
    if (only?.type !== "object") return { type: "unknown" };
    return { type: "string", enum: words, objectToo: true, fields: only.fields! };
  }

  function stringOf(type: ts.TypeNode): string | undefined {
    return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)
      ? type.literal.text
      : undefined;
  }

  function referenceName(type: ts.TypeNode) {
    return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text;
  }

  function elementOf(type: ts.TypeNode): ts.TypeNode | undefined {
    if (!ts.isTypeReferenceNode(type) || referenceName(type) !== "Array") return undefined;
    return type.typeArguments?.[0];
  }
}
