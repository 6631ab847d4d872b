@NullMarked
package dev.aiserver.server;

import org.jspecify.annotations.NullMarked;
