@NullMarked
package dev.aiserver.layout;

import org.jspecify.annotations.NullMarked;
