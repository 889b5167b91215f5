/** The parts of fengari, a Lua in JavaScript, that the tests use; it comes without types. */
declare module 'fengari' {
  type State = object;
  type LuaString = Uint8Array;
  const fengari: {
    lua: { lua_tostring(state: State, index: number): LuaString };
    lauxlib: { luaL_newstate(): State; luaL_dostring(state: State, program: LuaString): boolean };
    lualib: { luaL_openlibs(state: State): void };
    to_luastring(text: string): LuaString;
    to_jsstring(text: LuaString): string;
  };
  // biome-ignore lint/style/noDefaultExport: it is what the package exports.
  export default fengari;
}
