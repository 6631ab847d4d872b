package dev.aiserver.server;

import dev.aiserver.template.Renderer;
import java.util.Optional;

/**
 * The aiserver release that runs an installation.
 *
 * @param app the program files to copy to a host; empty if aiserver does not run from a jar
 */
public record Release(String version, Optional<App> app, Renderer renderer) {}
