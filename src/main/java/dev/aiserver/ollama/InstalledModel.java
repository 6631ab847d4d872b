package dev.aiserver.ollama;

/**
 * A model on the server's disk.
 *
 * @param name with its tag
 * @param size in bytes
 */
public record InstalledModel(String name, String digest, long size) {}
