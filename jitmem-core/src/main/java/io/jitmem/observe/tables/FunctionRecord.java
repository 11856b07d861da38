package io.jitmem.observe.tables;

/**
 * An FDE that was checked.
 *
 * @param address where its function begins
 * @param byteSize how long that is, in bytes, above 0
 * @param common what it shares with others
 * @param instructions where its call frame instructions are
 */
record FunctionRecord(
    long address, long byteSize, CommonRecord common, CommonRecord.Part instructions) {}
