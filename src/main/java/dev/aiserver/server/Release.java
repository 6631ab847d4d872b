package dev.aiserver.server;

import dev.aiserver.template.Renderer;
import java.util.Optional;

/**
 * What this program has with it wherever it installs.
 *
 * @param app to put on a host as well, when this program runs from a file that can be copied
 */
public record Release(String version, Optional<App> app, Renderer renderer) {}
