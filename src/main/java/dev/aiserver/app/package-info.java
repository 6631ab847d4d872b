@NullMarked
package dev.aiserver.app;

import org.jspecify.annotations.NullMarked;
